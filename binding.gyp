{
  "targets": [
    {
      "target_name": "spanmeter",
      "conditions": [
        # Everywhere else the JavaScript sampler takes over.
        ["OS!='linux'", {"type": "none"}, {
          "sources": ["native/binding.cc", "native/core.cc"],
          "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED", "NODE_ADDON_API_ENABLE_MAYBE"],
          # What cannot be allocated is an exception, which goes no further than the border.
          "cflags_cc!": ["-std=gnu++14", "-std=gnu++17", "-std=gnu++20", "-fno-exceptions"],
          "cflags_cc": [
            "-std=c++20",
            "-fexceptions",
            "-fvisibility=hidden",
            # As system headers: our warnings are for our code.
            "-isystem", "<!(node -p \"require('path').dirname(require.resolve('node-addon-api'))\")",
            "-Wall",
            "-Wextra",
            "-Wconversion",
            "-Wshadow",
            "-Werror",
          ],
          # Lazy: not every host has libuv, see LoopWatch. Nodelete: Node.js unloads an addon with the last worker that
          # loaded it, but the sampler is one for the life of the process, and each copy would leave one behind.
          "ldflags": ["-Wl,--version-script=<(module_root_dir)/native/exports.map", "-Wl,-z,lazy", "-Wl,-z,nodelete"],
        }],
      ],
    },
  ],
}
