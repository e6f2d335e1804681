/// A page that needs nothing else: no script, no other file.
package struct ReportPage {
  private let title: String
  private let body: String

  /// - Parameter body: HTML; classes `v`, `ok`, `wa`, `no` are for verdicts, `d` for what matters less.
  package init(title: String, body: String) {
    self.title = title
    self.body = body
  }

  package var html: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Markup.escaped(title))</title>
    <style>\(Self.style)</style></head><body>
    \(body)</body></html>

    """
  }

  private static let style = """
    :root{color-scheme:light dark}
    body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
    h1{font-size:1.5rem;margin-bottom:0}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem}
    .d,small{color:#6e7781}.v{font-size:1.2rem;font-weight:600}.ok{color:#1a7f37}.wa{color:#9a6700}.no{color:#cf222e}
    .w{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
    td,th{border-bottom:1px solid #8884;padding:.25rem .5rem;text-align:left;vertical-align:top}
    code{font-size:.85em;overflow-wrap:anywhere}figure{margin:1rem 0}svg{width:100%;height:auto;max-width:44rem}
    .t{font:600 14px system-ui,sans-serif;fill:currentColor}.k{font:12px system-ui,sans-serif;fill:currentColor}
    .l{direction:rtl}.l table{direction:ltr;width:auto}.l td,.l th{padding:.2rem .3rem;white-space:nowrap}
    .l td:first-child,.l th:first-child{position:sticky;left:0;background:Canvas}
    @media(max-width:40rem){.l td:first-child{white-space:normal;min-width:6rem}.s thead{display:none}.s tr{display:block;border-bottom:1px solid #8884;padding:.4rem 0}
    .s td{display:inline;border:0;padding:0 .5rem 0 0}}
    .g{stroke:#8884}.m{stroke:#9a6700;stroke-dasharray:4 3}
    """
}
