{{/* The name of every object, and the host name callers use. Not prefixed with the release: callers must know it. */}}
{{- define "grpc-service.name" -}}
{{- .Values.service.name | default .Chart.Name }}
{{- end }}

{{/* What tells this service's pods from all others. Never changes: a Deployment's selector cannot. */}}
{{- define "grpc-service.selector" -}}
app.kubernetes.io/name: {{ include "grpc-service.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "grpc-service.labels" -}}
{{ include "grpc-service.selector" . }}
app.kubernetes.io/version: {{ include "grpc-service.tag" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "grpc-service.metadata" -}}
name: {{ include "grpc-service.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "grpc-service.labels" . | nindent 2 }}
{{- end }}

{{- define "grpc-service.tag" -}}
{{- .Values.service.image.tag | default .Chart.AppVersion }}
{{- end }}
