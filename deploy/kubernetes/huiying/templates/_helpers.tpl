{{- define "huiying.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "huiying.labels" -}}
app.kubernetes.io/name: huiying
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* Of one service: (list $ "intake") */}}
{{- define "huiying.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: huiying
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "huiying.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Where the services find PostgreSQL: the pooler where there is one. */}}
{{- define "huiying.database" -}}
{{- if .Values.pgbouncer.enabled -}}
{{ .Release.Name }}-pgbouncer:6432/{{ .Values.database.name }}
{{- else -}}
{{ .Values.database.host }}:{{ .Values.database.port }}/{{ .Values.database.name }}
{{- end -}}
{{- end -}}

{{/* The volumes of a pod that speaks to PostgreSQL and Kafka. */}}
{{- define "huiying.certificates" -}}
{{- with .Values.database.caSecret }}
- name: database-ca
  secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}
{{- end }}
{{- with .Values.kafka.caSecret }}
- name: kafka-ca
  secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}
{{- end }}
{{- end -}}

{{- define "huiying.certificateMounts" -}}
{{- if .Values.database.caSecret }}
- {name: database-ca, mountPath: /certificates/database, readOnly: true}
{{- end }}
{{- if .Values.kafka.caSecret }}
- {name: kafka-ca, mountPath: /certificates/kafka, readOnly: true}
{{- end }}
{{- end -}}
