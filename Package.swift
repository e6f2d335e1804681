// swift-tools-version: 6.2
import PackageDescription

// Rows of the module map (ARCHITECTURE.md): a target depends on lower rows only.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestSupport"], resources: resources,
    swiftSettings: settings)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
  name: "rag",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "rag", targets: ["rag"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C kernels and system libraries
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CStemmer", providers: [.apt(["libstemmer-dev"])]),
    .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(
      name: "CCompression", providers: [.apt(["libsnappy-dev", "libzstd-dev", "zlib1g-dev"])]),
    .systemLibrary(name: "CXGBoost", providers: [.apt(["libxgboost-dev"])]),
    .systemLibrary(
      name: "CUchardet", pkgConfig: "uchardet", providers: [.apt(["libuchardet-dev"])]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),

    // Ground
    module("Kernels", ["CKernels", "COpenBLAS", "COneDNN"]),
    module("Storage", ["CKernels"]),
    module("Transport", ["CCurl", "Storage", crypto]),
    module("Reports", []),

    // Parts
    module("Documents", ["CUchardet", "CXML2", "CZip"]),
    module("LexicalIndex", ["Kernels", "Storage", "CStemmer"]),
    module("VectorIndex", ["Kernels", "Storage"]),
    module("Embeddings", ["Kernels", "Storage", "Transport", crypto]),

    // The RAG path
    module("Catalog", ["Storage", "Documents", "Embeddings", .product(name: "GRDB", package: "GRDB.swift")]),
    module(
      "IndexStore",
      [
        "Kernels", "Storage", "Documents", "LexicalIndex", "VectorIndex", "Embeddings", "Catalog",
        crypto,
      ]),
    module(
      "Retrieval",
      ["Kernels", "Storage", "Transport", "Documents", "LexicalIndex", "Embeddings", "IndexStore"]),
    .target(
      name: "Generation",
      dependencies: [
        "Kernels", "Transport", "Documents", "LexicalIndex", "Embeddings", crypto,
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Prompts")], swiftSettings: settings),

    // Model work
    module(
      "Tracking", ["Storage", "Transport", "Catalog", crypto, .product(name: "GRDB", package: "GRDB.swift")]),
    module("Evaluation", ["Kernels", "Storage", "Reports"]),
    module("Tables", ["Kernels", "Documents", "CCompression"]),
    module("Drift", ["Kernels", "Tables", "Reports"]),
    module(
      "Training",
      ["Kernels", "Storage", "Documents", "Embeddings", "Tables", "Evaluation", "CXGBoost", crypto]),

    // Entry
    .target(
      name: "HTTPService",
      dependencies: [
        "Kernels", "Storage", "Transport", "Documents", "LexicalIndex", "Embeddings", "Catalog", "IndexStore",
        "Retrieval", "Generation", "Reports", "Tables", "Drift", "Training", "Tracking", crypto,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Page/Files")], swiftSettings: settings),
    .executableTarget(
      name: "rag",
      dependencies: [
        "Kernels", "Storage", "Transport", "Documents", "LexicalIndex", "VectorIndex", "Embeddings",
        "Catalog", "IndexStore", "Retrieval", "Generation", "Reports", "Evaluation", "Tables", "Drift",
        "Training",
        "Tracking", "HTTPService",
        crypto,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: settings),

    // Tests
    .target(
      name: "TestSupport",
      dependencies: [
        "Catalog", "Documents", "Embeddings", "IndexStore", "Kernels",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Tests/TestSupport", swiftSettings: settings),
    tests("Kernels", ["Kernels", "CKernels"]),
    tests("Storage", ["Storage", "CKernels"]),
    tests("Transport", ["Transport"]),
    tests("Documents", ["Documents"], resources: [.copy("Fixtures")]),
    tests("LexicalIndex", ["LexicalIndex", "Kernels", "Storage"]),
    tests("VectorIndex", ["VectorIndex", "Kernels", "Storage"]),
    tests("Embeddings", ["Embeddings", "Kernels", "Transport"], resources: [.copy("Fixtures")]),
    tests("Catalog", ["Catalog", "Documents"]),
    tests(
      "IndexStore",
      [
        "IndexStore", "Catalog", "Documents", "Embeddings", "Kernels", "Storage", "VectorIndex",
        "LexicalIndex",
      ]),
    tests(
      "Retrieval",
      [
        "Retrieval", "IndexStore", "Catalog", "Embeddings", "Documents", "Kernels", "LexicalIndex",
        "VectorIndex",
      ]),
    tests("Generation", ["Generation", "Transport", "Embeddings", "Kernels", "LexicalIndex"]),
    tests("Evaluation", ["Evaluation", "Storage"], resources: [.copy("Fixtures")]),
    tests(
      "Tracking", ["Tracking", "Transport", "Catalog", crypto, .product(name: "GRDB", package: "GRDB.swift")]),
    tests("Tables", ["Tables"], resources: [.copy("Fixtures")]),
    tests("Training", ["Training", "Tables", "Kernels"], resources: [.copy("Fixtures")]),
    tests("Drift", ["Drift", "Tables", "Kernels", "Storage"], resources: [.copy("Fixtures")]),
    tests(
      "HTTPService",
      [
        "HTTPService", "Drift", "Tables", "Training", "Tracking", "Catalog", "IndexStore", "Retrieval",
        "Generation",
        "Embeddings", "Transport", "Storage",
        "Documents", crypto,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "NIOEmbedded", package: "swift-nio"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    tests("CLI", ["rag"]),
  ]
)
