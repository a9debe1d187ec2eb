/** The one message of a service to whoever started it. */
export interface Ready {
  type: 'ready'
  port: number
}
