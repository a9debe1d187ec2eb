/**
 * What is asked of each route. The rates leave the JavaScript thread and two cores clearly busy but never behind:
 * a queue that only grows would turn every duration into waiting. Rates divide evenly by the connections, because
 * autocannon deals them out in whole requests per connection.
 */
export interface RoutePlan {
  path: string
  perSecond: number
  connections: number
}

export const plan: readonly RoutePlan[] = [
  { path: '/hash', perSecond: 15, connections: 3 },
  { path: '/pbkdf2', perSecond: 9, connections: 3 },
  { path: '/gzip', perSecond: 8, connections: 2 },
  { path: '/json', perSecond: 4, connections: 2 },
  { path: '/file', perSecond: 4, connections: 2 },
  { path: '/wait', perSecond: 10, connections: 2 },
  { path: '/block', perSecond: 1, connections: 1 },
]
