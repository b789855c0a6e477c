/** What a file system forgets when the power is cut, and what keeps it from that. */
package dev.drover.engine.disk;
