/** The forms that a store's data have had, and how one becomes the next. */
package dev.drover.engine.migrate;
