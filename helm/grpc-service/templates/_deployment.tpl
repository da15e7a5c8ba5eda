{{/* The pods. A rollout starts one new pod before it takes an old one, so capacity never falls below `replicas`. */}}
{{- define "grpc-service.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "grpc-service.metadata" . | nindent 2 }}
spec:
  replicas: {{ int .Values.service.replicas }}
  minReadySeconds: {{ int .Values.service.minReadySeconds }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "grpc-service.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "grpc-service.selector" . | nindent 8 }}
        app.kubernetes.io/version: {{ include "grpc-service.tag" . | quote }}
      annotations:
        checksum/config: {{ include "grpc-service.settings" . | sha256sum }}
    spec:
      {{- include "grpc-service.pod" . | nindent 6 }}
{{- end }}

{{- define "grpc-service.pod" -}}
serviceAccountName: {{ include "grpc-service.name" . }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ (include "grpc-service.shutdown" . | fromJson).termination | int }}
{{- with .Values.service.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "grpc-service.selector" $ | nindent 8 }}
  {{- end }}
containers:
  {{- include "grpc-service.container" . | nindent 2 }}
volumes:
  - name: config
    configMap:
      name: {{ include "grpc-service.name" . }}
  - name: tmp
    emptyDir:
      sizeLimit: {{ int .Values.service.tmpSizeMi }}Mi
{{- end }}

{{- define "grpc-service.container" -}}
- name: {{ include "grpc-service.name" . }}
  image: {{ printf "%s:%s" .Values.service.image.repository (include "grpc-service.tag" .) | quote }}
  imagePullPolicy: {{ .Values.service.image.pullPolicy }}
  ports:
    - name: grpc
      containerPort: {{ int .Values.service.ports.grpc }}
    {{- with int .Values.service.ports.http }}
    - name: http
      containerPort: {{ . }}
    {{- end }}
  env:
    - name: SPRING_CONFIG_ADDITIONAL_LOCATION
      value: file:/etc/service/
    - name: JAVA_TOOL_OPTIONS
      value: {{ include "grpc-service.jvmFlags" . | quote }}
    {{- range $name, $source := .Values.service.secretEnv }}
    - name: {{ $name }}
      valueFrom:
        secretKeyRef:
          name: {{ $source.secret }}
          key: {{ $source.key | quote }}
    {{- end }}
  resources:
    requests:
      cpu: {{ .Values.service.cpuRequest | quote }}
      memory: {{ int .Values.service.memoryMi }}Mi
    limits:
      memory: {{ int .Values.service.memoryMi }}Mi
  {{- range $probe, $asks := dict "startup" "liveness" "liveness" "liveness" "readiness" "readiness" }}
  {{ $probe }}Probe:
    grpc:
      port: {{ int $.Values.service.ports.grpc }}
      service: {{ $asks }}
    {{- with index $.Values.service.probes $probe }}
    periodSeconds: {{ int .periodSeconds }}
    timeoutSeconds: {{ int .timeoutSeconds }}
    failureThreshold: {{ int .failureThreshold }}
    {{- end }}
  {{- end }}
  lifecycle:
    preStop:
      sleep:
        seconds: {{ int .Values.service.shutdown.preStopSeconds }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities:
      drop: [ALL]
  terminationMessagePolicy: FallbackToLogsOnError
  volumeMounts:
    - name: config
      mountPath: /etc/service
      readOnly: true
    - name: tmp
      mountPath: /tmp
{{- end }}
