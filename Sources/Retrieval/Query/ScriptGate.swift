import Embeddings

/// Decides whether a query's vector can mean anything: a model that never learnt a script maps all of it to much
/// the same place.
enum ScriptGate {
  /// Whether at least half of the letters of `text` are of scripts that the model knows.
  ///
  /// - Complexity: O(text).
  static func lets(_ text: String, through embedder: any Embedder) -> Bool {
    var known = 0
    var unknown = 0
    for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
      if embedder.knows(scalar) { known += 1 } else { unknown += 1 }
    }
    return known >= unknown
  }
}
