namespace PeerReplica.Hosting;

/// <summary>One object that the app registered.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HandleType">The interface it is asked for as.</param>
/// <param name="Create">Makes its state and handle for one replica.</param>
internal sealed record ObjectRegistration(string Name, Type HandleType, Func<ReplicaHost, IReplicaSerializer, IReplicatedObject> Create);
