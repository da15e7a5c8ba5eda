{{/*
The seconds of a shutdown, as JSON, so that the pod and the application are told the same story:
  termination  preStop + drain + grace + 5: what Kubernetes waits for before it kills
  phase        drain + grace + 2: what Spring waits for; the last 3 s are for everything else the application closes
*/}}
{{- define "grpc-service.shutdown" -}}
{{- with .Values.service.shutdown }}
{{- $drain := int .drainDelaySeconds }}
{{- $grace := int .gracePeriodSeconds }}
{{- $sum := add (int .preStopSeconds) $drain $grace 5 }}
{{- dict
    "preStop" (int .preStopSeconds)
    "drain" $drain
    "grace" $grace
    "phase" (add $drain $grace 2)
    "sum" $sum
    "termination" (default $sum .terminationGracePeriodSeconds | int) | toJson }}
{{- end }}
{{- end }}
