/**
 * Signatures, keys, tokens and sealing; every primitive comes from the JDK, BouncyCastle or Nimbus.
 */
package dev.drover.engine.crypto;
