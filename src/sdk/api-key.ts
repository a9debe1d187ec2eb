/** The global symbol under which every copy of the OpenTelemetry API 1.x keeps what was registered. */
export const apiKey = Symbol.for('opentelemetry.js.api.1')
