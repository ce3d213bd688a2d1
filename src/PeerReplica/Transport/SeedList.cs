namespace PeerReplica.Transport;

/// <summary>The seeds of the options: each element may hold several addresses.</summary>
internal static class SeedList
{
    private static readonly char[] s_separators = [',', ';', ' ', '\t', '\r', '\n'];

    /// <summary>The addresses in one element; none in a null.</summary>
    public static string[] Split(string? element) => element?.Split(s_separators, StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Every address once, in the order of the first mention.</summary>
    public static string[] Parse(IEnumerable<string> elements) => [.. elements.SelectMany(Split).Distinct(StringComparer.OrdinalIgnoreCase)];
}
