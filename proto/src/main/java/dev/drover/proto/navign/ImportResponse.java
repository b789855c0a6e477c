package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/**
 * What an import of documents has done; seq is the last change, and left out when nothing changed.
 */
@WireMessage
public record ImportResponse(Long seq, int imported, int changed) {}
