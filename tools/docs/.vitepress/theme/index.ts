/// <reference lib="dom" />
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import './style.css';

/** Says of every table and picture that is wider than the page that it can be scrolled. */
function markScrollers(): void {
  document.querySelectorAll('.scroller').forEach((scroller) => {
    scroller.classList.toggle('scrolls', scroller.scrollWidth > scroller.clientWidth + 1);
  });
}

export default {
  extends: DefaultTheme,
  enhanceApp: () => {
    // Another page, a picture that has come, a window of another size: each changes the size of the whole.
    if (typeof ResizeObserver !== 'undefined') new ResizeObserver(markScrollers).observe(document.documentElement);
  },
} satisfies Theme;
