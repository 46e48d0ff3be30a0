// swift-tools-version: 6.2
import PackageDescription

// One module a room (see the README's module table). Stages depend on Vocabulary alone; only Pipeline and
// Gateway know several of them. `make test` builds with the explicit-import check, which enforces what stands here.
let package = Package(
  name: "forewarn",
  products: [
    .executable(name: "forewarnd", targets: ["forewarnd"]),
    .executable(name: "forewarn", targets: ["forewarn"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
  ],
  targets: [
    // Outside systems: module maps and thin wrappers only.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CFlatCBOR", dependencies: ["CSimdJSON"], linkerSettings: [.linkedLibrary("cbor")]),
    .target(name: "CheckedYAML", dependencies: [.product(name: "Yams", package: "Yams")]),

    .target(name: "Fingerprints", dependencies: ["CCrypto"]),

    // The star: one shared vocabulary, pure stages around it.
    .target(name: "Vocabulary"),
    .target(name: "FirmwareProfiles", dependencies: ["Vocabulary", "CheckedYAML", "CSimdJSON", "CFlatCBOR", "CZlib"]),
    .target(name: "DeviceHistory", dependencies: ["Vocabulary"]),
    // One loop of the model's linear algebra, compiled for several processors.
    .target(name: "CDenseRows"),
    .target(name: "DefectModel", dependencies: ["Vocabulary", "CDenseRows"]),
    .target(name: "Triage", dependencies: ["Vocabulary"]),
    .target(
      name: "Pipeline", dependencies: ["Vocabulary", "FirmwareProfiles", "DeviceHistory", "DefectModel", "Triage"]),

    // Rooms with an outside.
    .target(name: "Broker", dependencies: ["Vocabulary", "CMosquitto"]),
    .target(
      name: "CaseStore",
      dependencies: [
        "Vocabulary", "CZstd", .product(name: "GRDB", package: "GRDB.swift"), "Fingerprints",
      ]),
    .target(
      name: "ControlProtocol",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    .target(name: "FleetSimulation", dependencies: ["Vocabulary"]),
    // SQLite's files on a disk that fails when it is told to.
    .target(name: "CUnreliableDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "Terminal", dependencies: ["ControlProtocol", "Vocabulary"]),
    // What a browser is shown: pages and plots, pure.
    .target(name: "Dashboard", dependencies: ["ControlProtocol", "Terminal", "Vocabulary"]),
    // A private broker and daemon on temporary folders, for the end-to-end tests and the demo.
    .target(name: "Rig", dependencies: ["FleetSimulation", "Vocabulary"]),
    .target(
      name: "Gateway",
      dependencies: [
        "Vocabulary", "CheckedYAML", "FirmwareProfiles", "Pipeline", "Broker", "CaseStore", "ControlProtocol",
        "CMalloc", "CSystemd", "Dashboard", "Fingerprints",
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        "DefectModel", "DeviceHistory", "Triage",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),

    // The gateway in simulated worlds: `make simulate`.
    .target(
      name: "GatewaySimulation",
      dependencies: [
        "CUnreliableDisk", "CheckedYAML", "DefectModel", "DeviceHistory", "FirmwareProfiles", "FleetSimulation",
        "Gateway", "Pipeline",
        "Triage", "Vocabulary",
      ]),

    // Every reader of bytes from outside, for the fuzzers.
    .target(
      name: "FuzzTargets",
      dependencies: ["CheckedYAML", "FirmwareProfiles", "FleetSimulation", "Gateway", "Pipeline", "Vocabulary"]),
    // A program in `make fuzz` alone (at the end); a library without users here, so that every build checks its source.
    .target(name: "fuzz", dependencies: ["FuzzTargets"]),

    // Mains.
    .executableTarget(
      name: "forewarnd",
      dependencies: ["Gateway", "CheckedYAML", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    .executableTarget(
      name: "forewarn",
      dependencies: [
        "Vocabulary", "ControlProtocol", "Terminal", "CheckedYAML", "FirmwareProfiles", "DeviceHistory", "Triage",
        "Pipeline", "DefectModel", "FleetSimulation", "Broker", "Gateway", "CaseStore", "CZlib",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "simulate",
      dependencies: ["GatewaySimulation", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    .executableTarget(name: "demo", dependencies: ["Rig", "FleetSimulation", "Vocabulary"]),
    .executableTarget(
      name: "soak",
      dependencies: ["Rig", "Broker", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    .executableTarget(
      name: "bench",
      dependencies: [
        "Rig", "FleetSimulation", "Vocabulary", "Broker", "FirmwareProfiles", "DeviceHistory", "DefectModel",
        "Pipeline",
      ]),

    // Judges the model: `make evaluate`.
    .executableTarget(
      name: "evaluate",
      dependencies: [
        "Rig", "FleetSimulation", "Vocabulary", "FirmwareProfiles", "DeviceHistory", "DefectModel", "Pipeline", "CZlib",
        "Terminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .testTarget(name: "FuzzTargetsTests", dependencies: ["FuzzTargets"]),
    .testTarget(name: "GatewaySimulationTests", dependencies: ["GatewaySimulation", "Rig"]),
    .testTarget(name: "FingerprintsTests", dependencies: ["Fingerprints"]),
    .testTarget(name: "VocabularyTests", dependencies: ["Vocabulary"]),
    .testTarget(
      name: "FirmwareProfilesTests", dependencies: ["FirmwareProfiles", "CheckedYAML", "CZlib", "Vocabulary"]),
    .testTarget(name: "DeviceHistoryTests", dependencies: ["DeviceHistory", "Vocabulary"], exclude: ["Records"]),
    .testTarget(name: "DefectModelTests", dependencies: ["DefectModel", "Vocabulary"]),
    .testTarget(name: "TriageTests", dependencies: ["Triage", "Vocabulary"]),
    .testTarget(
      name: "CaseStoreTests",
      dependencies: ["CaseStore", "Vocabulary", .product(name: "GRDB", package: "GRDB.swift")], exclude: ["Schemas"]),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Pipeline", "CheckedYAML", "DeviceHistory", "FirmwareProfiles", "FleetSimulation", "Triage", "Vocabulary",
      ]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Rig", "FleetSimulation", "Vocabulary", "Broker", "forewarnd", "forewarn",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      exclude: ["Profiles"]),
    .testTarget(name: "RigTests", dependencies: ["Rig", "FleetSimulation"]),
    .testTarget(name: "SystemdTests", dependencies: ["Rig", "forewarnd"]),
    .testTarget(
      name: "forewarnTests",
      dependencies: [
        "forewarn", "Rig", "Terminal", "ControlProtocol", "Vocabulary",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "Gateway", "CaseStore", "CheckedYAML", "ControlProtocol", "Dashboard", "DefectModel", "Rig", "Triage",
        "Vocabulary", .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .testTarget(name: "BrokerTests", dependencies: ["Broker", "Vocabulary"]),
    .testTarget(name: "DashboardTests", dependencies: ["Dashboard", "ControlProtocol", "Vocabulary"]),
    .testTarget(name: "FleetSimulationTests", dependencies: ["FleetSimulation", "Vocabulary"]),
    .testTarget(
      name: "evaluateTests", dependencies: ["evaluate", "FleetSimulation", "FirmwareProfiles", "Vocabulary"]),
    .testTarget(
      name: "ControlProtocolTests",
      dependencies: [
        "ControlProtocol", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
  ],
  cxxLanguageStandard: .cxx17
)

let compiledByClang = ["CSimdJSON", "CFlatCBOR", "CDenseRows", "CUnreliableDisk"]
for target in package.targets
where [.regular, .executable, .test].contains(target.type) && !compiledByClang.contains(target.name) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .treatAllWarnings(as: .error),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ]
}

// Tests whose time goes into what they test, or into waiting for programs, disks and sockets: the optimiser doubles what it takes
// to compile them (README, Decisions). Those that simulate fleets themselves stay optimised.
let unoptimised = [
  "BrokerTests", "CaseStoreTests", "ControlProtocolTests", "DashboardTests", "EndToEndTests", "FingerprintsTests",
  "FirmwareProfilesTests", "GatewayTests", "RigTests", "SystemdTests", "TriageTests", "VocabularyTests",
  "forewarnTests",
]
for target in package.targets where unoptimised.contains(target.name) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [.unsafeFlags(["-Onone"], .when(configuration: .release))]
}

// `make fuzz`: a program that libFuzzer drives, and what it reads with instrumented. A release build of its own.
if Context.environment["FOREWARN_LIBFUZZER"] != nil {
  let sanitizers = "-sanitize=fuzzer,address"
  package.targets.removeAll { $0.name == "fuzz" }
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], linkerSettings: [.unsafeFlags([sanitizers])]))
  let watched = [
    "fuzz", "FuzzTargets", "Gateway", "Pipeline", "FirmwareProfiles", "DeviceHistory", "CheckedYAML", "Vocabulary",
  ]
  for target in package.targets where watched.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags([sanitizers, "-parse-as-library"])]
  }
  for target in package.targets where ["CSimdJSON", "CFlatCBOR"].contains(target.name) {
    target.cxxSettings = [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]
  }
}
