/** What fuzzing found and what was mended, each with the test that would be red again. */
export const found: readonly { what: string; test: string }[] = [
  {
    what: 'A line of statm or schedstat that came back cut off was taken for a smaller number.',
    test: 'native/test/sources_test.cc: a_line_that_was_cut_off_is_not_taken_for_a_smaller_number',
  },
  {
    what: 'Pages of which the bytes do not fit into 63 bits overflowed.',
    test: 'native/test/sources_test.cc: pages_whose_bytes_are_no_number_are_refused',
  },
  {
    what: 'Of two edges of which one lacked the CPU of the sampler, the overhead of the window overflowed.',
    test: 'native/test/window_test.cc: what_one_edge_alone_knows_of_the_sampler_is_no_overhead',
  },
  {
    what: 'The handle of what is in suspense could be guessed, and closing it made a circle of accounts.',
    test: 'native/test/suspense_test.cc: what_is_in_suspense_is_no_account_of_anybody',
  },
  {
    what: 'The longest history of periods of days overflowed at the border.',
    test: 'test/border-arguments.test.ts: a period is a minute at the most',
  },
  {
    what: 'What all cores can give in centuries overflowed.',
    test: 'native/test/window_test.cc: no_length_is_too_long_for_what_all_cores_can_give',
  },
  {
    what: 'A line of JSON of another shape in a recording ended `spanmeter report`.',
    test: 'test/report-damaged.test.ts: spanmeter report shows what is whole',
  },
  {
    what: 'So did a folder with the name of a file of lines.',
    test: 'test/report-damaged.test.ts: with a folder where a file of lines should be',
  },
  {
    what: 'So did a line of another shape in a file of OTLP.',
    test: 'test/report-damaged.test.ts: spanmeter report of OTLP shows what is whole',
  },
  {
    what: 'From Node.js 24 on spans whose names have a line separator were lost.',
    test: 'test/report-damaged.test.ts: of names that other programs end lines at',
  },
  {
    what: 'Names, trace ids and reasons brought control characters to the terminal.',
    test: 'test/report-damaged.test.ts: and no control characters',
  },
  {
    what: 'What was wrong with a file of alerts could show a secret of it.',
    test: 'test/alerts-file.test.ts: shows no secret from where it goes wrong',
  },
  {
    what: 'Aliases of YAML that lead nowhere or to too much were thrown, without a line.',
    test: 'test/alerts-file.test.ts: is refused in a line',
  },
  {
    what: 'Lines behind what YAML takes for the end of a document were counted wrong.',
    test: 'test/alerts-file.test.ts: names the line also behind what ends the document too early',
  },
  {
    what: 'Warnings of environment variables brought control characters to the terminal.',
    test: 'test/options.test.ts: shows no control characters',
  },
  {
    what: 'A block of the event loop that lasted less than nothing ended `spanmeter report`.',
    test: 'test/report-damaged.test.ts: a block that lasted less than nothing',
  },
]
