"""Customers, their addresses and their profiles, from small pools that Faker fills once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from faker import Faker
from psycopg.types.json import Jsonb

USER_FIELDS = [
    "id", "password", "is_superuser", "is_staff", "username", "email", "first_name", "last_name", "phone",
    "date_of_birth", "email_verified", "phone_verified", "status", "created_at", "updated_at", "last_login",
]  # fmt: skip
PROFILE_FIELDS = [
    "user", "avatar_url", "bio", "website", "location", "timezone", "language", "notification_preferences",
    "privacy_settings", "created_at", "updated_at",
]  # fmt: skip
CONTACT_FIELDS = ["email", "phone", "balance"]

NO_PASSWORD = "!"  # noqa: S105 - what Django calls an unusable password
STATUSES, STATUS_WEIGHTS = ["active", "pending_verification", "inactive", "suspended"], [93, 4, 2, 1]
ZONES = ["UTC", "America/New_York", "America/Chicago", "America/Los_Angeles", "Europe/Berlin"]


@dataclass(frozen=True)
class Customer:
    """What an order needs to know of its user."""

    id: int
    joined: datetime
    address: tuple[str, ...]


class People:
    """Makes people out of pools; Faker itself is too slow to be asked for every one of them."""

    def __init__(self, rng: Random, now: datetime) -> None:
        self.rng, self.now = rng, now
        fake = Faker("en_US")
        fake.seed_instance(rng.random())
        self.first_names = [fake.first_name() for _ in range(400)]
        self.last_names = [fake.last_name() for _ in range(600)]
        self.streets = [fake.street_name() for _ in range(400)]
        self.places = [(fake.city(), fake.state(), fake.postcode()) for _ in range(300)]
        self.companies = [fake.company() for _ in range(200)]
        self.jobs = [fake.job() for _ in range(200)]
        self.customers: list[Customer] = []

    def users(self, ids: list[int]) -> Iterator[tuple[Any, ...]]:
        """Give the rows of `USER_FIELDS`, and remember the customers for their orders."""
        choice, random = self.rng.choice, self.rng.random
        statuses = self.rng.choices(STATUSES, STATUS_WEIGHTS, k=len(ids))
        for number, (key, status) in enumerate(zip(ids, statuses, strict=True), start=1):
            first, last = choice(self.first_names), choice(self.last_names)
            login = f"{first}_{last}{number}".lower().replace(" ", "_")
            joined = self.now - timedelta(days=900 * random())
            seen = joined + (self.now - joined) * random() if random() < 0.8 else None
            born = joined.date() - timedelta(days=self.rng.randint(6600, 29000)) if random() < 0.6 else None
            self.customers.append(Customer(key, joined, self.address(first, last)))
            yield (
                key, NO_PASSWORD, False, False, login, f"{login.replace('_', '.')}@example.com", first, last,
                self.phone(), born, status != "pending_verification", random() < 0.3, status, joined,
                seen or joined, seen,
            )  # fmt: skip

    def profiles(self) -> Iterator[tuple[Any, ...]]:
        choice, random = self.rng.choice, self.rng.random
        for customer in self.customers:
            if random() > 0.6:
                continue
            preferences = {
                "newsletter": random() < 0.4,
                "sms": random() < 0.1,
                "hour": self.rng.randint(0, 23),
            }
            yield (
                customer.id, "", f"{choice(self.jobs)}.", "", customer.address[5], choice(ZONES),
                choice(["en", "en", "es"]), Jsonb(preferences), Jsonb({"show_reviews": random() < 0.7}),
                customer.joined, customer.joined,
            )  # fmt: skip

    def contacts(self, count: int) -> Iterator[tuple[Any, ...]]:
        for number in range(1, count + 1):
            name = self.rng.choice(self.last_names).lower().replace(" ", "-")
            balance = round(self.rng.random() * 400, 2) if self.rng.random() < 0.3 else 0
            yield f"{name}{number}@example.org", self.phone(), balance

    def phone(self) -> str:
        return f"+1 {self.rng.randint(201, 989)} {self.rng.randint(200, 999)} {self.rng.randint(0, 9999):04d}"

    def address(self, first: str, last: str) -> tuple[str, ...]:
        """Give the ten address fields of an order, in the order of the model."""
        city, state, postcode = self.rng.choice(self.places)
        company = self.rng.choice(self.companies) if self.rng.random() < 0.15 else ""
        street = f"{self.rng.randint(1, 999)} {self.rng.choice(self.streets)}"
        floor = f"Apt. {self.rng.randint(1, 60)}" if self.rng.random() < 0.2 else ""
        return first, last, company, street, floor, city, state, postcode, "US", self.phone()
