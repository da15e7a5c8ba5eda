{{/* A node drain takes pods one at a time; pods that never became ready do not stand in its way. */}}
{{- define "grpc-service.disruptionbudget" -}}
{{- with .Values.service.disruptionBudget }}
{{- if .enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "grpc-service.metadata" $ | nindent 2 }}
spec:
  maxUnavailable: {{ int .maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "grpc-service.selector" $ | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}
