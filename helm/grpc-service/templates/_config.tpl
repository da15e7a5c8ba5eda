{{/* The address of one channel: the caller balances over the pods behind the headless Service. */}}
{{- define "grpc-service.target" -}}
{{- if .target }}
{{- .target }}
{{- else if .namespace }}
{{- printf "dns:///%s-headless.%s:%d" .service .namespace (int .port) }}
{{- else }}
{{- printf "dns:///%s-headless:%d" .service (int .port) }}
{{- end }}
{{- end }}

{{/* The application's settings: what a pod needs that can be replaced, the user's, and over them what the chart computes. */}}
{{- define "grpc-service.settings" -}}
{{- $shutdown := include "grpc-service.shutdown" . | fromJson }}
{{- $platform := dict "server" (dict
    "port" (int .Values.service.ports.grpc)
    "shutdown" (dict
      "drain-delay" (printf "%ds" (int $shutdown.drain))
      "grace-period" (printf "%ds" (int $shutdown.grace)))) }}
{{- with .Values.service.channels }}
{{- $channels := dict }}
{{- range $name, $channel := . }}
{{- $_ := set $channels $name (dict "target" (include "grpc-service.target" $channel)) }}
{{- end }}
{{- $_ := set $platform "client" (dict "channels" $channels) }}
{{- end }}
{{- $computed := dict
    "platform" $platform
    "spring" (dict "lifecycle" (dict "timeout-per-shutdown-phase" (printf "%ds" (int $shutdown.phase)))) }}
{{- with int .Values.service.ports.http }}
{{- $_ := set $computed "server" (dict "port" .) }}
{{- end }}
{{- $usual := dict "platform" (dict "loadshedding" (dict "mode" "enforce")) }}
{{- mergeOverwrite $usual (deepCopy .Values.service.settings) $computed | toYaml }}
{{- end }}

{{- define "grpc-service.config" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "grpc-service.metadata" . | nindent 2 }}
data:
  application.yaml: |
    {{- include "grpc-service.settings" . | nindent 4 }}
{{- end }}
