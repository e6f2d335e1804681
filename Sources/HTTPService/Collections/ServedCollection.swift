import Embeddings
import IndexStore

/// A collection that is ready to be asked, with what answers are made with.
package struct ServedCollection: Sendable {
  package var collection: DocumentCollection
  package var tools: AnsweringTools

  package init(collection: DocumentCollection, tools: AnsweringTools) {
    self.collection = collection
    self.tools = tools
  }
}
