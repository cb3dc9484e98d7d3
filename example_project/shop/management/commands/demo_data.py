from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from example_project.shop.demo import day, opening, staff
from example_project.shop.demo.progress import Progress
from example_project.shop.models import Product


class Command(BaseCommand):
    """`manage.py demo_data`."""

    help = "Fill the empty shop with realistic data and play a busy day in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--products", type=int, default=2000, help="how many products (2000)")
        parser.add_argument("--orders", type=int, default=500, help="how many orders (500)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same shop (1)")
        parser.add_argument("--flush", action="store_true", help="empty a shop that is not empty first")

    def handle(self, *, products: int, orders: int, seed: int, flush: bool, **options: Any) -> None:
        if products < day.NEEDED_PRODUCTS or orders < day.NEEDED_ORDERS:
            raise CommandError(
                f"A busy day needs {day.NEEDED_PRODUCTS} products and {day.NEEDED_ORDERS} orders or more."
            )
        if flush:
            opening.clear()
        if not opening.is_empty():
            raise CommandError(
                f"The shop has {Product.objects.count():,} products already; --flush empties it first."
            )
        progress = Progress()
        opening.Opening(products, orders, seed, timezone.now(), progress).run()
        day.play(seed, progress)
        names = ", ".join(colleague.username for colleague in staff.STAFF)
        self.stdout.write(
            f"The shop has {products:,} products and {orders:,} orders, and a busy day behind it."
        )
        self.stdout.write(f"Its staff ({names}) log in with the password {staff.PASSWORD!r}.")
