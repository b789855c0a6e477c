package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.util.List;

/** The keys that sign and verify tokens, and those that are retired. */
@WireMessage
public record SigningKeyList(List<SigningKey> keys) {}
