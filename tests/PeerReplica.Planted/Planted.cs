namespace PeerReplica;

/// <summary>Which plant is active in this copy of the assembly; none unless a test sets one.</summary>
internal static class Planted
{
    public static string? Active { get; set; }

    public static bool Is(string name) => Active == name;
}
