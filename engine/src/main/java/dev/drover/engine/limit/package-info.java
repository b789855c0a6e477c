/** How much of this process strangers may use: bytes in memory, all doors together. */
package dev.drover.engine.limit;
