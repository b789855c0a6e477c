package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.BsonConstants;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;

/**
 * Documents in the file as BSON behind a mark. Without the mark a document is in Java's
 * serialisation: an older version wrote it, or BSON cannot hold it. Both are read, so a file of an
 * older version needs no conversion; what is written anew becomes BSON.
 */
final class DocumentType extends BasicDataType<Document> {
  /** No tag of {@link ObjectDataType}, whose highest is 119. */
  private static final byte BSON = 125;

  private static final int DOCUMENT_BYTES = 120;
  private static final int FIELD_BYTES = 90;
  private static final int VALUE_BYTES = 24;

  private final ObjectDataType serialised = new ObjectDataType();

  @Override
  public Document[] createStorage(int size) {
    return new Document[size];
  }

  /** About what it takes on the heap: MVStore sizes pages and its cache by it. */
  @Override
  public int getMemory(Document document) {
    return bytes(document);
  }

  /** Never: an average of many small ones would let the cache keep any number of large ones. */
  @Override
  public boolean isMemoryEstimationAllowed() {
    return false;
  }

  private static int bytes(Object value) {
    if (value instanceof String text) {
      return VALUE_BYTES + text.length();
    }
    if (value instanceof Map<?, ?> fields) {
      int sum = DOCUMENT_BYTES;
      for (Object field : fields.values()) {
        sum += FIELD_BYTES + bytes(field);
      }
      return sum;
    }
    if (value instanceof Collection<?> items) {
      int sum = DOCUMENT_BYTES;
      for (Object item : items) {
        sum += bytes(item);
      }
      return sum;
    }
    return VALUE_BYTES;
  }

  @Override
  public void write(WriteBuffer buffer, Document document) {
    ByteBuf bson = Unpooled.buffer(1024);
    try {
      BsonEncoder.encodeDocument(document, bson);
    } catch (IllegalArgumentException e) {
      serialised.write(buffer, document);
      return;
    }
    // A reader of BSON takes no more than this.
    if (bson.readableBytes() > BsonConstants.MAX_BSON_OBJECT_SIZE) {
      serialised.write(buffer, document);
      return;
    }
    buffer.put(BSON).put(bson.array(), 0, bson.readableBytes());
  }

  @Override
  public Document read(ByteBuffer buffer) {
    if (buffer.get(buffer.position()) != BSON) {
      return (Document) serialised.read(buffer);
    }
    buffer.get();
    ByteBuf bson = Unpooled.wrappedBuffer(buffer);
    Document document = BsonDecoder.decodeBson(bson);
    buffer.position(buffer.position() + bson.readerIndex());
    return document;
  }
}
