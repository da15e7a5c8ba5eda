{{/* What Prometheus and Grafana need of one service. The first two kinds are the Prometheus operator's. */}}
{{- define "grpc-service.monitoringMetadata" -}}
{{ include "grpc-service.metadata" . }}
{{- range $label, $value := .Values.service.monitoring.labels }}
  {{ $label }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Reads every pod behind the Service, also those that are not ready. The label `application` is in every alert and panel. */}}
{{- define "grpc-service.servicemonitor" -}}
{{- with .Values.service.monitoring.serviceMonitor }}
{{- if .enabled -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "grpc-service.monitoringMetadata" $ | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "grpc-service.selector" $ | nindent 6 }}
  endpoints:
    - port: http
      path: /actuator/prometheus
      interval: {{ int .intervalSeconds }}s
      relabelings:
        - targetLabel: application
          replacement: {{ include "grpc-service.name" $ }}
{{- end }}
{{- end }}
{{- end }}

{{/* files/alerts.yaml with its ${words} filled in. A library's files are its own: the user's chart reaches them as a subchart's. */}}
{{- define "grpc-service.alertGroups" -}}
{{- $shutdown := include "grpc-service.shutdown" . | fromJson }}
{{- $words := merge (dict
    "scope" (printf "namespace=%q,application=%q" .Release.Namespace (include "grpc-service.name" .))
    "drainSeconds" (add $shutdown.drain $shutdown.grace 5)) .Values.service.monitoring.alerts.thresholds }}
{{- $text := .Subcharts.service.Files.Get "files/alerts.yaml" }}
{{- range $word, $value := $words }}
{{- $text = replace (printf "${%s}" $word) (toString $value) $text }}
{{- end }}
{{- $text }}
{{- end }}

{{- define "grpc-service.alerts" -}}
{{- with .Values.service.monitoring.alerts }}
{{- if .enabled -}}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  {{- include "grpc-service.monitoringMetadata" $ | nindent 2 }}
spec:
  groups:
    {{- range (include "grpc-service.alertGroups" $ | fromYaml).groups }}
    - name: {{ .name }}
      rules:
        {{- range .rules }}
        {{- if not (has .alert $.Values.service.monitoring.alerts.disabled) }}
        {{- $_ := set .annotations "runbook_url" (printf "%s#%s" $.Values.service.monitoring.alerts.runbook (lower .alert)) }}
        - {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- end }}
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* files/dashboard.json for this service: Grafana's sidecar finds the label, and each dashboard needs a uid of its own. */}}
{{- define "grpc-service.dashboard" -}}
{{- with .Values.service.monitoring.dashboard }}
{{- if .enabled -}}
{{- $name := include "grpc-service.name" $ }}
{{- $dashboard := $.Subcharts.service.Files.Get "files/dashboard.json" | fromJson }}
{{- $_ := set $dashboard "uid" (printf "%s/%s" $.Release.Namespace $name | sha256sum | trunc 40) }}
{{- $_ := set $dashboard "title" (printf "gRPC: %s in %s" $name $.Release.Namespace) }}
{{- $selected := dict "namespace" $.Release.Namespace "application" $name }}
{{- range $dashboard.templating.list }}
{{- $variable := . }}
{{- with get $selected .name }}
{{- $_ := set $variable "current" (dict "text" . "value" .) }}
{{- end }}
{{- end }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}-grafana
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "grpc-service.labels" $ | nindent 4 }}
    {{ .label }}: "1"
data:
  {{ $name }}.json: {{ toJson $dashboard | quote }}
{{- end }}
{{- end }}
{{- end }}
