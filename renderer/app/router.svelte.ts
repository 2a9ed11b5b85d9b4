// Where the page is. The address bar is the truth: back, forward and reload work by themselves.
import { formatRoute, parseRoute, type Route } from './routes.ts';

/** Answers false to stay where one is (work that would be lost). */
type LeaveGuard = () => boolean | Promise<boolean>;

class Router {
  route = $state.raw<Route>(parseRoute(location.hash));
  private guard: LeaveGuard | null = null;
  private settled = location.hash;

  start(): () => void {
    const onHashChange = () => void this.follow();
    addEventListener('hashchange', onHashChange);
    return () => removeEventListener('hashchange', onHashChange);
  }

  go(route: Route): void {
    location.hash = formatRoute(route);
  }

  /** Goes there without leaving the present page in the history. */
  replace(route: Route): void {
    history.replaceState(null, '', formatRoute(route));
    this.settled = location.hash;
    this.route = route;
  }

  /** Asks before this page is left; cleared by the returned function. */
  guardLeaving(guard: LeaveGuard): () => void {
    this.guard = guard;
    return () => {
      if (this.guard === guard) this.guard = null;
    };
  }

  private async follow(): Promise<void> {
    if (location.hash === this.settled) return;
    const wanted = location.hash;
    if (this.guard && !(await this.guard())) {
      history.replaceState(null, '', this.settled);
      return;
    }
    this.settled = wanted;
    this.route = parseRoute(wanted);
  }
}

export const router = new Router();
