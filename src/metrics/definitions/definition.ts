/** A metric of this package, as it is in OpenTelemetry and in Prometheus. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'updowncounter' | 'gauge' | 'histogram'
  /** In the notation of UCUM. `%` is of one core. */
  readonly unit: string
  readonly description: string
  /** The keys of attributes, each with the values that it can have. */
  readonly attributes?: Readonly<Record<string, string>>
  /** The clock, file or system call that the value comes from. */
  readonly source: string
  /** Its name in Prometheus. */
  readonly prometheus: string
  /** Reported in OpenTelemetry only where it is asked for. */
  readonly optIn?: true
}

/** Whether the values are whole numbers: bytes, and things that are counted. */
export function isInteger({ unit }: MetricDefinition): boolean {
  return unit === 'By' || unit.startsWith('{')
}
