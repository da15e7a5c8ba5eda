{{/* What a schema cannot say. Every message names the value, what was seen, and what was expected. */}}
{{- define "grpc-service.validate" -}}
{{- include "grpc-service.validateCluster" . }}
{{- include "grpc-service.validateKeys" . }}
{{- include "grpc-service.validateNames" . }}
{{- include "grpc-service.validateShutdown" . }}
{{- include "grpc-service.validateSettings" . }}
{{- include "grpc-service.validateEnv" . }}
{{- include "grpc-service.validateMonitoring" . }}
{{- end }}

{{- define "grpc-service.validateCluster" -}}
{{- if not (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version) }}
{{- fail (printf "Kubernetes: %s (expected: >= 1.30, where the native preStop sleep is)" .Capabilities.KubeVersion.Version) }}
{{- end }}
{{- end }}

{{/* A service's chart has no schema of its own, so a misspelt `service` would otherwise be ignored. */}}
{{- define "grpc-service.validateKeys" -}}
{{- range $key := keys .Values | sortAlpha }}
{{- if not (or (eq $key "global") (hasKey $.Subcharts $key)) }}
{{- fail (printf "%s: unknown value (expected: service, global, or the name of another dependency)" $key) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "grpc-service.validateNames" -}}
{{- $name := include "grpc-service.name" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,52}[a-z0-9])?$" $name) }}
{{- fail (printf "service.name: %q (expected: up to 54 lower-case letters, digits and dashes, starting with a letter; it defaults to the chart's name)" $name) }}
{{- end }}
{{- if not .Values.service.image.repository }}
{{- fail "service.image.repository: \"\" (expected: the image of this service, such as registry.example.com/orders)" }}
{{- end }}
{{- $tag := include "grpc-service.tag" . }}
{{- if not (regexMatch "^[A-Za-z0-9_][-.A-Za-z0-9_]{0,61}[A-Za-z0-9]?$" $tag) }}
{{- fail (printf "service.image.tag: %q (expected: an image tag of up to 63 characters; it defaults to the chart's appVersion)" $tag) }}
{{- end }}
{{- with .Values.service.ports }}
{{- if eq (int .grpc) (int .http) }}
{{- fail (printf "service.ports.http: %d (expected: another port than service.ports.grpc, or 0 for no web server)" (int .http)) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "grpc-service.validateShutdown" -}}
{{- with include "grpc-service.shutdown" . | fromJson }}
{{- if lt (int .termination) (int .sum) }}
{{- fail (printf "service.shutdown.terminationGracePeriodSeconds: %d (expected: >= %d = preStop %d + drain %d + grace %d + 5; lower, and Kubernetes kills the pod with calls in flight)" (int .termination) (int .sum) (int .preStop) (int .drain) (int .grace)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Spring reads grace-period, gracePeriod and grace_period alike, nested or dotted: compare them without these differences. */}}
{{- define "grpc-service.validateSettings" -}}
{{- $computed := dict
    "platform.server.port" "service.ports.grpc"
    "platform.server.shutdown" "service.shutdown"
    "server.port" "service.ports.http"
    "spring.lifecycle.timeoutpershutdownphase" "service.shutdown" }}
{{- range $setting := include "grpc-service.settingNames" (dict "settings" .Values.service.settings "prefix" "") | trim | splitList "\n" }}
{{- $plain := $setting | lower | replace "-" "" | replace "_" "" }}
{{- range $key, $value := $computed }}
{{- if or (eq $plain $key) (hasPrefix (printf "%s." $key) $plain) }}
{{- fail (printf "service.settings: %s (expected: %s, from which the chart computes this setting)" $setting $value) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "grpc-service.settingNames" -}}
{{- range $key, $value := .settings }}
{{- $name := printf "%s%s" $.prefix $key }}
{{- if kindIs "map" $value }}
{{- include "grpc-service.settingNames" (dict "settings" $value "prefix" (printf "%s." $name)) }}
{{- else }}
{{- printf "%s\n" $name }}
{{- end }}
{{- end }}
{{- end }}

{{/* A variable beats every file, so one of these would undo what the chart computed. */}}
{{- define "grpc-service.validateEnv" -}}
{{- range $name, $_ := .Values.service.secretEnv }}
{{- if regexMatch "^(JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|SERVER_PORT|SPRING_CONFIG_.*|SPRING_APPLICATION_JSON|SPRING_LIFECYCLE_.*|PLATFORM_SERVER_PORT|PLATFORM_SERVER_SHUTDOWN_.*)$" $name }}
{{- fail (printf "service.secretEnv: %s (expected: no variable that the chart sets or that overrides what it computes)" $name) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "grpc-service.validateMonitoring" -}}
{{- if and .Values.service.monitoring.serviceMonitor.enabled (eq 0 (int .Values.service.ports.http)) }}
{{- fail "service.monitoring.serviceMonitor.enabled: true (expected: false, or service.ports.http: metrics are read from the web server)" }}
{{- end }}
{{- end }}
