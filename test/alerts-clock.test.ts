import { describe } from 'vitest'
import { cpuRule, memoryRule, playAll, type Step } from './helpers/alert-scenes'

// When alerts fire and are resolved, and which of them are sent, on a clock that the test sets.

describe('a cooldown', () => {
  const [low, high] = [['memory', 50, 2] as const, ['memory', 120, 2] as const]
  const first = ['3: memory firing, 2030 00:00:02, 1 s', '5: memory resolved, 2030 00:00:02-00:00:04, 2 s']
  playAll(memoryRule, [
    [
      'keeps what returns from the channel until it is over, and what fires then still is sent with its start',
      { cooldownMs: 10_000 },
      [low, high, low, high, low, ['memory', 120, 6]],
      [
        ...first,
        '7: memory firing, 2030 00:00:06, 1 s (listener only)',
        '9: memory resolved, 2030 00:00:06-00:00:08, 2 s (listener only)',
        '11: memory firing, 2030 00:00:10, 1 s (listener only)',
        '13: memory firing, 2030 00:00:10, 3 s (channel only)',
        'memory fires',
      ],
    ],
    [
      'is not made longer by what it has kept back',
      { cooldownMs: 10_000 },
      [low, high, low, high, low, high, low, high],
      [
        ...first,
        '7: memory firing, 2030 00:00:06, 1 s (listener only)',
        '9: memory resolved, 2030 00:00:06-00:00:08, 2 s (listener only)',
        '11: memory firing, 2030 00:00:10, 1 s (listener only)',
        '13: memory resolved, 2030 00:00:10-00:00:12, 2 s (listener only)',
        '15: memory firing, 2030 00:00:14, 1 s',
        'memory fires',
      ],
    ],
    [
      'of 0 keeps nothing back',
      { cooldownMs: 0 },
      [low, high, low, high],
      [...first, '7: memory firing, 2030 00:00:06, 1 s', 'memory fires'],
    ],
  ])
})

describe('a process that was stopped for minutes', () => {
  const pressed: readonly Step[] = [
    ['memory', 50, 3],
    ['memory', 120, 10],
    ['stop', 180],
    ['memory', 120, 5],
  ]
  playAll(memoryRule, [
    [
      'had its memory all that time: what was pending fires',
      { forMs: 60_000 },
      pressed,
      ['193: memory firing, 2030 00:00:03, 190 s', 'memory fires'],
    ],
    [
      'goes on firing, until it is known that it has less',
      {},
      [...pressed, ['memory', 50, 2]],
      ['4: memory firing, 2030 00:00:03, 1 s', '199: memory resolved, 2030 00:00:03-00:03:18, 195 s'],
    ],
  ])
  const loaded: readonly Step[] = [
    ['cpu', 10, 3],
    ['cpu', 90, 10],
    ['stop', 180],
    ['cpu', 90, 5],
  ]
  const twice = [
    '4: cpu firing, 2030 00:00:03, 1 s',
    '193: cpu resolved, 2030 00:00:03-00:00:13, 10 s',
    '194: cpu firing, 2030 00:03:13, 1 s',
    'cpu fires',
  ]
  playAll(cpuRule, [
    ['used no CPU meanwhile: what fired ended when it was stopped, and begins anew', {}, loaded, twice],
    ['is kept firing for as long as that says, and no longer', { keepFiringForMs: 60_000 }, loaded, twice],
    [
      'is one alert where it is kept firing for longer',
      { keepFiringForMs: 300_000 },
      loaded,
      ['4: cpu firing, 2030 00:00:03, 1 s', 'cpu fires'],
    ],
    [
      'waits for all of its time again',
      { forMs: 60_000 },
      [
        ['cpu', 10, 3],
        ['cpu', 90, 50],
        ['stop', 180],
        ['cpu', 90, 50],
      ],
      ['cpu is pending'],
    ],
  ])
})

describe.each([
  ['forward', '2035-07-01T12:00:00Z'],
  ['backward', '2025-07-01T12:00:00Z'],
])('the clock on the wall is set %s', (_where, at) => {
  const year = at.slice(0, 4)
  playAll(memoryRule, [
    [
      'while an alert fires, which lasts as long as it lasts, and keeps its start',
      {},
      [
        ['memory', 50, 3],
        ['memory', 120, 10],
        ['wall', at],
        ['memory', 120, 10],
        ['memory', 50, 2],
      ],
      ['4: memory firing, 2030 00:00:03, 1 s', '24: memory resolved, 2030 00:00:03-00:00:23, 20 s'],
    ],
    [
      'while a rule is pending, and the start is by what it says when that fires',
      { forMs: 10_000 },
      [
        ['memory', 50, 3],
        ['memory', 120, 6],
        ['wall', at],
        ['memory', 120, 6],
        ['memory', 50, 2],
      ],
      [`14: memory firing, ${year} 11:59:54, 11 s`, `17: memory resolved, ${year} 11:59:54-12:00:06, 12 s`],
    ],
    [
      'and a cooldown is neither shorter nor longer',
      { cooldownMs: 10_000 },
      [
        ['memory', 120, 2],
        ['memory', 50, 2],
        ['wall', at],
        ['memory', 120, 10],
      ],
      [
        '1: memory firing, 2030 00:00:00, 1 s',
        '3: memory resolved, 2030 00:00:00-00:00:02, 2 s',
        `5: memory firing, ${year} 12:00:00, 1 s (listener only)`,
        `11: memory firing, ${year} 12:00:00, 7 s (channel only)`,
        'memory fires',
      ],
    ],
  ])
})

describe('while a rule fires', () => {
  const first = '1: memory firing, 2030 00:00:00, 1 s'
  const ended = '10: memory resolved, 2030 00:00:00-00:00:10, 10 s'
  playAll(memoryRule, [
    [
      'another one that is added counts from then on',
      {},
      [
        ['memory', 120, 10.6],
        ['add', 'later'],
        ['memory', 120, 5],
        ['memory', 50, 2],
      ],
      [
        first,
        '11: later firing, 2030 00:00:11, 0 s',
        '16: memory resolved, 2030 00:00:00-00:00:16, 16 s',
        '16: later resolved, 2030 00:00:11-00:00:16, 5 s',
      ],
    ],
    [
      'it is resolved when it is removed, and the others go on',
      {},
      [
        ['add', 'other'],
        ['memory', 120, 10],
        ['remove', 'memory'],
        ['memory', 120, 5],
      ],
      [first, '1: other firing, 2030 00:00:00, 1 s', ended, 'other fires'],
    ],
    [
      'the last one may be removed, and is another alert when it is added again',
      {},
      [
        ['memory', 120, 10],
        ['remove', 'memory'],
        ['memory', 120, 5],
        ['add', 'memory'],
        ['memory', 120, 5],
      ],
      [first, ended, '16: memory firing, 2030 00:00:15, 1 s', 'memory fires'],
    ],
    [
      'its cooldown goes on when it is removed and added again',
      { cooldownMs: 20_000 },
      [
        ['memory', 120, 10],
        ['remove', 'memory'],
        ['add', 'memory'],
        ['memory', 120, 15],
      ],
      [
        first,
        ended,
        '11: memory firing, 2030 00:00:10, 1 s (listener only)',
        '21: memory firing, 2030 00:00:10, 11 s (channel only)',
        'memory fires',
      ],
    ],
    [
      'one that is pending is removed without a word',
      { forMs: 20_000 },
      [
        ['memory', 120, 10],
        ['remove', 'memory'],
        ['memory', 120, 20],
      ],
      [],
    ],
  ])
})
