namespace PeerReplica;

/// <summary>An object was asked for as another type than it was registered with.</summary>
public sealed class ObjectTypeException : PeerReplicaException
{
    internal ObjectTypeException(string name, string registered, string requested)
        : base($"'{name}' is registered as {registered}, but was asked for as {requested}. Ask for the registered type, or register it under another name.")
    {
        ObjectName = name;
        Registered = registered;
        Requested = requested;
    }

    /// <summary>The object's name.</summary>
    public string ObjectName { get; }

    /// <summary>What it is, in C# notation.</summary>
    public string Registered { get; }

    /// <summary>What it was asked for as, in C# notation.</summary>
    public string Requested { get; }
}
