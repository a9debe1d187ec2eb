/**
 * Leaves out the warning that kafkajs 2.2 causes from Node.js 23 on, by a timer whose time is over already; it does no
 * harm. All others are printed as ever.
 */
export function leaveOutWarningOfKafkajs(): void {
  const [print] = process.listeners('warning')
  if (print === undefined) return
  process.off('warning', print)
  process.on('warning', (warning) => {
    if (warning.name !== 'TimeoutNegativeWarning') print.call(process, warning)
  })
}
