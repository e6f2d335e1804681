import Crypto
import Foundation
import Hummingbird
import IndexStore
import Storage

/// The web page, out of the binary.
extension RagService {
  private static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

  var pageEndpoints: [Endpoint] {
    [
      page("/", "The web page.", "text/html", PackageResources.index_html),
      page("/page/app.js", "Script of the web page.", "text/javascript", PackageResources.app_js),
      page(
        "/page/common.js", "What the parts of the page share.", "text/javascript", PackageResources.common_js),
      page("/page/drift.js", "The page of drift.", "text/javascript", PackageResources.drift_js),
      page("/page/models.js", "The pages of runs and models.", "text/javascript", PackageResources.models_js),
      page("/page/health.js", "The page of health.", "text/javascript", PackageResources.health_js),
      page(
        "/page/source.js", "The panel that opens a source at its place.", "text/javascript",
        PackageResources.source_js),
      page("/page/style.css", "Style of the web page.", "text/css", PackageResources.style_css),
      Endpoint(
        .get, "/openapi.json", scope: nil,
        EndpointDescription("This description of the API.", tag: "health").gives(Schema.anything)
      ) { [self] _, _ in Response(json: OpenAPIDocument(endpoints, version: configuration.version).json) },
    ]
  }

  private func page(_ path: String, _ summary: String, _ type: String, _ bytes: [UInt8]) -> Endpoint {
    let tag = "\"" + Hex.string(SHA256.hash(data: bytes)).prefix(32) + "\""
    return Endpoint(
      .get, path, scope: nil, EndpointDescription(summary, tag: "page").gives(Schema.text, as: type)
    ) { request, _ in
      var headers: HTTPFields = [
        .contentType: type + "; charset=utf-8", .cacheControl: "no-cache", .eTag: tag,
        .contentSecurityPolicy: Self.policy,
      ]
      if request.headers[.ifNoneMatch] == tag {
        headers[.contentType] = nil
        return Response(status: .notModified, headers: headers)
      }
      return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
  }
}
