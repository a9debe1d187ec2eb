{
  "targets": [
    {
      "target_name": "spanmeter",
      "conditions": [
        # Everywhere else the JavaScript sampler takes over.
        ["OS!='linux'", {"type": "none"}, {
          "sources": [
            "native/binding.cc",
            "native/core/history/history.cc",
            "native/core/history/series.cc",
            "native/core/monitor.cc",
            "native/core/sampler/collector.cc",
            "native/core/sampler/edge_reader.cc",
            "native/core/sampler/published.cc",
            "native/core/sampler/sampler.cc",
            "native/core/sampler/sampler_thread.cc",
            "native/core/sampler/wake_word.cc",
            "native/core/sources/parse.cc",
            "native/core/sources/proc_file.cc",
            "native/core/sources/resident_set.cc",
            "native/core/sources/run_delay.cc",
            "native/core/sources/thread_clocks.cc",
            "native/core/window/columns.cc",
            "native/core/window/points.cc",
            "native/core/window/rates.cc",
            "native/core/window/window.cc",
          ],
          "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_ADDON_API_ENABLE_MAYBE"],
          "cflags_cc!": ["-std=gnu++14", "-std=gnu++17", "-std=gnu++20"],
          "cflags_cc": [
            "-std=c++20",
            "-fno-exceptions",
            "-fvisibility=hidden",
            # As system headers: our warnings are for our code.
            "-isystem", "<!(node -p \"require('path').dirname(require.resolve('node-addon-api'))\")",
            "-Wall",
            "-Wextra",
            "-Wconversion",
            "-Wshadow",
            "-Werror",
          ],
        }],
      ],
    },
  ],
}
