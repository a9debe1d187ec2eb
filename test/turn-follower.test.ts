import { expect, test } from 'vitest'
import type { Account } from '../dist/attribution/account.js'
import { Ledger } from '../dist/attribution/ledger.js'
import { followTurns } from '../dist/attribution/turn-follower.js'
import { expectMs } from './helpers/attribution'
import { burn } from './helpers/cpu.cjs'

// A parser of HTTP calls back several times in a row. It is known by its name, as Node.js has it.
class HTTPServerAsyncResource {}

interface Context {
  account?: Account
}

function follow() {
  const ledger = new Ledger()
  let active: Context = {}
  const follower = followTurns<Context>(ledger, {
    active: () => active,
    handleOf: ({ account }) => account?.openHandle ?? 0,
    isNew: () => false,
    section: { current: 0 },
    fail: (error) => expect.unreachable(String(error)),
  })
  const parsers = [new HTTPServerAsyncResource(), new HTTPServerAsyncResource()]
  return {
    callBack: (parser = 0) => follower.onCallback(parsers[parser]!),
    goOnIn(context: Context) {
      active = context
      follower.onContinuation()
    },
    /** As where no span was open for a while. */
    pause() {
      follower.forget()
      ledger.turn(0)
    },
    begin(): Account {
      follower.catchUp()
      return ledger.open(undefined)!
    },
    end(account: Account): number {
      follower.catchUp()
      return ledger.close(account)!.selfMs
    },
  }
}

test('all callbacks of a connection are for whom the last one is for', () => {
  const { callBack, goOnIn, begin, end } = follow()
  const account = begin()
  let ownMs = 0
  for (let i = 0; i < 3; i++) {
    callBack()
    ownMs += burn(7)
  }
  goOnIn({ account })
  expectMs(end(account), ownMs)
})

test('a span that begins between two callbacks of a connection has nothing of the first', () => {
  const { callBack, goOnIn, begin, end } = follow()
  callBack()
  burn(20)
  const account = begin()
  callBack()
  const ownMs = burn(20)
  goOnIn({ account })
  expectMs(end(account), ownMs)
})

test('a callback of another connection is for whom that one answers', () => {
  const { callBack, goOnIn, begin, end } = follow()
  const [first, second] = [begin(), begin()]
  callBack(0)
  const firstMs = burn(10)
  callBack(1)
  const secondMs = burn(20)
  goOnIn({ account: second })
  goOnIn({})
  callBack(0)
  goOnIn({ account: first })
  expectMs(end(first), firstMs)
  expectMs(end(second), secondMs)
})

test('after a pause the thread works for whom it worked before', () => {
  const { pause, goOnIn, begin, end } = follow()
  const context = { account: begin() }
  goOnIn(context)
  const beforeMs = burn(10)
  pause()
  burn(20)
  goOnIn(context)
  const afterMs = burn(10)
  expectMs(end(context.account), beforeMs + afterMs)
})
