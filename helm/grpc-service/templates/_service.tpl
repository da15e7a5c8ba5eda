{{/* One address for callers that do not balance themselves: browsers' gateways, meshes, a person with a port-forward. */}}
{{- define "grpc-service.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "grpc-service.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  selector:
    {{- include "grpc-service.selector" . | nindent 4 }}
  ports:
    {{- include "grpc-service.grpcPort" . | nindent 4 }}
    {{- with int .Values.service.ports.http }}
    - name: http
      port: {{ . }}
      targetPort: http
      appProtocol: http
    {{- end }}
{{- end }}

{{/* The addresses of all pods, for gRPC clients, which balance call by call over them. */}}
{{- define "grpc-service.headless" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "grpc-service.name" . }}-headless
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "grpc-service.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  clusterIP: None
  selector:
    {{- include "grpc-service.selector" . | nindent 4 }}
  ports:
    {{- include "grpc-service.grpcPort" . | nindent 4 }}
{{- end }}

{{- define "grpc-service.grpcPort" -}}
- name: grpc
  port: {{ int .Values.service.ports.grpc }}
  targetPort: grpc
  appProtocol: kubernetes.io/h2c
{{- end }}
