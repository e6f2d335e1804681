import Foundation
import Hummingbird
import Kernels
import NIOCore
import Tracking

/// MLflow's artifact proxy: files go through this server into its store.
extension RagService {
  private static let proxy = "/api/2.0/mlflow-artifacts/artifacts"
  /// Bytes of a file that are sent at once.
  private static let piece = 1 << 18

  var artifactEndpoints: [Endpoint] {
    let path = Self.proxy + "/{path}"
    func described(_ summary: String) -> EndpointDescription {
      EndpointDescription(summary, tag: "mlflow").path("path", "Path in the store, with slashes.")
    }
    return [
      Endpoint(
        .get, Self.proxy, scope: .query,
        EndpointDescription("Files and folders directly under a path.", tag: "mlflow")
          .query("path", Schema.text, "The whole store where it is left out.").gives(Schema.anything)
      ) { [self] request, _ in
        let path = request.parameter("path") ?? ""
        let entries = try tracking.artifacts.list(path)
        return Response(json: .object([("files", .array(entries.map { Self.fileJSON($0, under: "") }))]))
      },
      Endpoint(
        .get, path, scope: .query, isOpenEnded: true,
        described("A file's bytes.").gives(Schema.text, as: "application/octet-stream")
      ) {
        [self] request, _ in
        try await download(try request.rest(after: Self.proxy + "/"))
      },
      Endpoint(
        .put, path, scope: .ingest, isOpenEnded: true,
        described("Store a file.").takes(Schema.text, as: "application/octet-stream").gives(Schema.anything)
      ) { [self] request, _ in
        try await upload(request, to: try request.rest(after: Self.proxy + "/"))
        return Response(status: .ok, json: Self.done)
      },
      Endpoint(
        .delete, path, scope: .ingest, isOpenEnded: true,
        described("Remove a file, or all under a folder.").gives(Schema.anything)
      ) {
        [self] request, _ in
        try tracking.artifacts.delete(try request.rest(after: Self.proxy + "/"))
        return Response(json: Self.done)
      },
    ]
  }

  /// Takes the body piece by piece: files may be larger than memory.
  private func upload(_ request: Request, to path: String) async throws {
    let receiver = try tracking.artifacts.receive(path)
    for try await buffer in request.body {
      try buffer.withUnsafeReadableBytes { bytes throws(TrackingError) in try receiver.append(bytes) }
    }
    // Storing may wait for a bucket.
    try await Parallel.offPool { try receiver.finish() }
  }

  private func download(_ path: String) async throws -> Response {
    guard let file = try tracking.artifacts.file(path) else {
      throw TrackingError(.missing, "No such artifact: '\(path.prefix(300))'")
    }
    let artifacts = tracking.artifacts
    let handle = try await Parallel.offPool { try artifacts.open(file) }
    return Response(
      status: .ok,
      headers: [.contentType: "application/octet-stream", .eTag: "\"\(file.digest.prefix(32))\""],
      body: ResponseBody(contentLength: file.bytes) { writer in
        defer { try? handle.close() }
        while let data = try handle.read(upToCount: Self.piece), !data.isEmpty {
          try await writer.write(ByteBuffer(bytes: data))
        }
        try await writer.finish(nil)
      })
  }
}
