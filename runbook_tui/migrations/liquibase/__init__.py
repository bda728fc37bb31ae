"""Liquibase's changelogs: each format into one neutral form, and change types into changes."""
