{{/* Every object of one service. The only template that a service's chart includes. */}}
{{- define "grpc-service.all" -}}
{{- include "grpc-service.validate" . }}
{{- range list "serviceaccount" "config" "deployment" "service" "headless" "disruptionbudget" "servicemonitor" "alerts" "dashboard" }}
{{- with include (printf "grpc-service.%s" .) $ }}
---
{{ . }}
{{- end }}
{{- end }}
{{- end }}
