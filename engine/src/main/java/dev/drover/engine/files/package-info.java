/** What the files of a data directory are, and what may be done with a damaged one. */
package dev.drover.engine.files;
