import Catalog

/// What retrieval hands on of a chunk; named here so that rows above need no look into the catalog.
package typealias StoredChunk = ChunkContent
