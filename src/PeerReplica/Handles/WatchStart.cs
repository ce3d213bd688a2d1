namespace PeerReplica;

/// <summary>With what a watch begins.</summary>
public enum WatchStart
{
    /// <summary>With what the object holds now; a map or set gives each entry as one that was set or added. Then the changes.</summary>
    Current,

    /// <summary>With the first change after the enumeration has begun.</summary>
    Changes,
}
