import { expect, test } from 'vitest'
import { routeOf } from '../dist/record/requests/route.js'
import { Running } from './helpers/running'

// How requests of a program without OpenTelemetry are named: equal work has an equal name.

test.each([
  ['/', '/'],
  ['/orders', '/orders'],
  ['/orders/17', '/orders/:id'],
  ['/orders/17?secret=1#top', '/orders/:id'],
  ['/orders/0197d2f0-0000-7000-8000-00000000000A/items', '/orders/:id/items'],
  ['/v2/users', '/v2/users'],
  ['/2026-11-29', '/:id'],
  ['/assets/main-3f9a1c2b77.js', '/assets/main-:id.js'],
  ['/sessions/V1StGXR8Z5jdHi6BmyTo', '/sessions/:id'],
  ['/internationalization', '/internationalization'],
  ['/search/caf%C3%A9', '/search/:id'],
  ['/users/somebody@example.com', '/users/:id'],
  [`/files/${'a'.repeat(61)}`, '/files/:id'],
  [`/${'part/'.repeat(20)}end`, `/${'part/'.repeat(11)}…`],
])('%s is %s', (path, name) => {
  expect(routeOf(path)).toBe(name)
})

const asked = (paths: string) => `
  const server = http.createServer(app).listen(0, async () => {
    for (const path of ${paths}) await (await fetch('http://127.0.0.1:' + server.address().port + path)).text()
    server.close()
    server.closeAllConnections()
  })`

test('requests that Express serves have the names of its routes', async () => {
  using running = new Running()
  const program = `
    const http = require('node:http')
    const express = require('express')
    const app = express()
    const shop = express.Router({ mergeParams: true })
    shop.get('/items/:item', (request, response) => response.end('item'))
    app.use('/shops/:shop', shop)
    app.get('/about', (request, response) => response.end('about'))
    ${asked("['/shops/1/items/pen', '/shops/2/items/ink', '/about', '/none/7']")}`
  await running.run([process.execPath, '-e', program])
  const served = running.summary.rows.filter(({ name }) => name.startsWith('GET '))
  expect(Object.fromEntries(served.map(({ name, count }) => [name, count]))).toEqual({
    'GET /shops/:id/items/:item': 2,
    'GET /about': 1,
    'GET /none/:id': 1,
  })
})

test('requests of more than 200 names are other requests', async () => {
  using running = new Running()
  const program = `
    const http = require('node:http')
    const app = (request, response) => response.end()
    const names = Array.from({ length: 250 }, (_, i) => '/' + 'abcdefghij'[i % 10].repeat(1 + Math.floor(i / 10)))
    ${asked('names')}`
  await running.run([process.execPath, '-e', program])
  const { rows } = running.summary
  const requests = rows.filter(({ name }) => /^(outgoing )?GET |^other requests$/.test(name))
  expect(requests.reduce((sum, { count }) => sum + count, 0)).toBe(500)
  expect(requests.filter(({ name }) => name !== 'other requests')).toHaveLength(200)
})
