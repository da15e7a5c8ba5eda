{{/*
The flags of the JVM, computed from the one number `memoryMi`:
  256 MiB are fixed: 128 metaspace, 64 code cache, 64 for thread stacks, the collector and native code
  the rest is shared four to one between the heap and direct memory, where Netty keeps its buffers
grpc-java reads how long an address may be cached from the system property, so both of its names are set.
*/}}
{{- define "grpc-service.jvmFlags" -}}
{{- $memory := int .Values.service.memoryMi }}
{{- $shared := sub $memory 256 }}
{{- list
    (printf "-XX:MaxRAMPercentage=%d" (div (mul $shared 80) $memory))
    (printf "-XX:MaxDirectMemorySize=%dm" (div $shared 5))
    "-XX:MaxMetaspaceSize=128m"
    "-XX:ReservedCodeCacheSize=64m"
    "-XX:+ExitOnOutOfMemoryError"
    "-Dnetworkaddress.cache.ttl=5"
    "-Dsun.net.inetaddr.ttl=5" | join " " }}
{{- end }}
