using System.Globalization;

namespace PeerReplica;

/// <summary>What a concern says of itself.</summary>
internal static class ConcernText
{
    public static string Of(ConcernKind kind, int peers, TimeSpan? timeout)
    {
        var name = kind == ConcernKind.Peers ? string.Create(CultureInfo.InvariantCulture, $"Peers({peers})") : kind.ToString();
        return timeout is { } time ? string.Create(CultureInfo.InvariantCulture, $"{name}.WithTimeout({Text(time)})") : name;
    }

    private static string Text(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? "Infinite" : time.ToString("c", CultureInfo.InvariantCulture);
}
