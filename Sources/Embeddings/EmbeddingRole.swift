/// What a text is to the model: some models prefix questions and passages differently.
package enum EmbeddingRole: String, Codable, Sendable {
  case passage, query
}
