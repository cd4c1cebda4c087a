{{- define "nginx.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "nginx.version" -}}
{{ default .Chart.AppVersion (trimPrefix "v" .Values.controller.image.tag) }}
{{- end }}

{{- define "nginx.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "nginx.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{ include "nginx.selector" . }}
app.kubernetes.io/version: {{ include "nginx.version" . | quote }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "nginx.controllerLabels" -}}
{{ include "nginx.labels" . }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "nginx.admissionLabels" -}}
{{ include "nginx.labels" . }}
app.kubernetes.io/component: admission-webhook
{{- end }}

{{- /* A hook's objects are gone when it has succeeded, and left behind when it has failed. */}}
{{- define "nginx.hook" -}}
"helm.sh/hook-delete-policy": before-hook-creation,hook-succeeded
{{- end }}

{{- define "nginx.podNamespace" -}}
- name: POD_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
{{- end }}
