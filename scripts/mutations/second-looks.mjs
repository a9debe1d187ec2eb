/**
 * The second looks of the sources: what a reader compares again before it trusts what it has read, and what a thread
 * looks at again before it sleeps. Each is removed in turn, as `from` becomes `to`.
 */
import { withoutComments } from './source.mjs'

const looks = [
  [
    'native/core/history/series.cc',
    'append(): the row to be written is not announced',
    'intent_.store(n + 1, std::memory_order_relaxed);',
    '',
  ],
  [
    'native/core/history/series.cc',
    'find(): a search that was overrun counts',
    'if (oldest() > begin) return std::nullopt;',
    '',
  ],
  [
    'native/core/history/series.cc',
    'copy(): rows that were overwritten count',
    'const uint64_t valid = oldest();',
    'const uint64_t valid = 0;',
  ],
  [
    'native/core/history/histogram.cc',
    'add(): a snapshot that was overwritten counts',
    'return snapshot.number >= series.oldest();',
    'return true;',
  ],
  [
    'native/core/history/point.cc',
    'among_newest(): rows that were overwritten count',
    'if (row < rows.oldest()) return std::nullopt;',
    '',
  ],
  [
    'native/core/history/point.cc',
    'value_at(): nodes that were overwritten count',
    'if (reader.still_valid()) return between',
    'return between',
  ],
  [
    'native/core/history/pyramid_reader.cc',
    'still_valid(): always',
    'if (lowest_read_[level] < pyramid_.level(level).oldest()) return false;',
    '',
  ],
  [
    'native/core/history/pyramid_reader.cc',
    'read(): not remembered for still_valid()',
    '::read(size_t level, uint64_t node) {\n  lowest_read_[level] = std::min(lowest_read_[level], node);',
    '::read(size_t level, uint64_t node) {',
  ],
  [
    'native/core/history/pyramid_reader.cc',
    'extremes(): not remembered for still_valid()',
    '::extremes(size_t level, uint64_t node) {\n  lowest_read_[level] = std::min(lowest_read_[level], node);',
    '::extremes(size_t level, uint64_t node) {',
  ],
  [
    'native/core/history/pyramid_reader.cc',
    'fold(): not remembered for still_valid()',
    'lowest_read_[0] = std::min(lowest_read_[0], row);',
    '',
  ],
  [
    'native/core/window/stretch.cc',
    'load(): nodes that were overwritten count',
    'if (reader.still_valid()) return known;',
    'return known;',
  ],
  [
    'native/core/window/quantiles.cc',
    'sort_pieces(): rows that were overwritten count',
    'if (stretch.inner_last() > stretch.inner_first() && stretch.inner_first() < series.rows().oldest())\n    return false;',
    '',
  ],
  [
    'native/core/window/quantiles.cc',
    'subtract(): rows between two snapshots count though overwritten',
    'return first >= series.rows().oldest();',
    'return true;',
  ],
  [
    'native/core/window/quantiles.cc',
    'subtract(): rows beside a snapshot count though overwritten',
    'lowest_row_ >= series.rows().oldest();',
    'true;',
  ],
  [
    'native/core/window/quantiles.cc',
    'add_up_to(): rows before a snapshot are not remembered',
    'lowest_row_ = std::min(lowest_row_, row);',
    '',
  ],
  [
    'native/core/window/quantiles.cc',
    'add_up_to(): rows after a snapshot are not remembered',
    'lowest_row_ = std::min(lowest_row_, before->row);',
    '',
  ],
  [
    'native/core/window/quantiles.cc',
    'add_up_to(): a snapshot that was overwritten counts',
    'if (!taken || !histogram.add(*taken, sign, lowest_, highest_, times_)) return false;',
    'if (!taken) return false;\n  histogram.add(*taken, sign, lowest_, highest_, times_);',
  ],
  [
    'native/core/sampler/parking.h',
    'park(): nobody looks again who watches',
    'look().started != idle.started || called()',
    '(void(idle), called())',
  ],
  [
    'native/core/sampler/parking.h',
    'park(): nobody looks again whether it was called',
    ' || called()',
    ' || (called(), false)',
  ],
  [
    'native/core/sampler/wake_word.cc',
    'sleep(): whatever was announced since the ticket',
    'FUTEX_PRIVATE_FLAG, ticket,',
    'FUTEX_PRIVATE_FLAG, (void(ticket), word_.load(std::memory_order_relaxed)),',
  ],
].map(([file, what, from, to]) => ({ file, what, from, to }))

/** What looks like one and is none: the first row to begin with, or which of several places to read. */
const firstLooks = {
  'native/core/edge/others.cc': ['const uint64_t oldest = rows.oldest();'],
  'native/core/history/series.h': ['uint64_t oldest() const {'],
  'native/core/history/series.cc': ['other.oldest()', 'uint64_t begin = oldest();'],
  'native/core/history/histogram.cc': ['count - 1 >= series.oldest()', 'const uint64_t oldest = last.oldest();'],
  'native/core/history/pyramid_reader.h': ['uint64_t oldest() const', 'bool still_valid() const;'],
  'native/core/history/pyramid_reader.cc': [
    'oldest = series.oldest();',
    'lowest_read_[level] = kNone;',
    '::still_valid() const {',
  ],
  'native/core/window/stretch.cc': ['reader->oldest()'],
  'native/core/window/quantiles.h': ['uint64_t lowest_row_ = 0;'],
  'native/core/window/quantiles.cc': [
    'first >= series.rows().oldest()) {',
    'lowest_row_ = stretch.inner_last();',
    'const uint64_t oldest = series.rows().oldest();',
  ],
}
const anyLook = /\boldest\(\)|\bstill_valid\(\)|\blowest_read_\[|\blowest_row_\b/

export function unseen({ file, text }) {
  return looks
    .filter((look) => look.file === file)
    .map(({ what, from, to }) => {
      if (text.split(from).length !== 2) throw new Error(`${file} has to hold once, and only once: ${from}`)
      return { kind: 'second look', file, what, text: text.replace(from, () => to) }
    })
}

/** What in a file looks like a second look and is not in the list, in words. */
export function unlisted({ file, text }) {
  const known = [...looks.filter((look) => look.file === file).map(({ from }) => from), ...(firstLooks[file] ?? [])]
  const missing = known.find((part) => !text.includes(part))
  if (missing !== undefined) return [`${file} does not hold: ${missing}`]
  const rest = known.reduce((left, part) => left.replace(part, ''), withoutComments(text))
  const lines = rest.split('\n').filter((line) => anyLook.test(line))
  return lines.map((line) => `${file}: is it a second look? ${line.trim()}`)
}
