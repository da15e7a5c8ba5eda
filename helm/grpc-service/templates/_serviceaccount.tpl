{{/* An identity of its own for each service, without a token: the service never asks the Kubernetes API. */}}
{{- define "grpc-service.serviceaccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "grpc-service.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end }}
